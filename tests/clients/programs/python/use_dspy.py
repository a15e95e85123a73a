"""DSPy, through LiteLLM's SDK: a prediction with its fields."""

import dspy
from asking import MRN, TASK, tell

dspy.configure(lm=dspy.LM("openai/gpt-4o-mini", cache=False, num_retries=0), adapter=dspy.JSONAdapter())


class Measured(dspy.Signature):
    """Find the number of the patient."""

    question: str = dspy.InputField()
    mrn: str = dspy.OutputField()


def predicts():
    return dspy.Predict(Measured)(question=TASK).mrn


def asks():
    return dspy.LM("openai/gpt-4o-mini", cache=False, num_retries=0)(TASK)[0]


assert MRN
tell({"predicts": predicts, "asks": asks})
