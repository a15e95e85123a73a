"""The demonstration models: real, small, served by llama.cpp in child processes; they do show, not medicine."""
