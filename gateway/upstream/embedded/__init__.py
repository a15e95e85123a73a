"""The demonstration models: real, small, served by llama.cpp in child processes; not meant for medical use."""
