"""What all scripts ask: the potassium of one patient, through one tool. Prints JSON of way → what was said."""

import json
import os
import traceback

MRN = os.environ["MRN"]
URL = os.environ["GATEWAY_URL"]
TASK = f"What is the potassium of the patient with MRN {MRN}? Use the tool."


def potassium(mrn: str) -> str:
    """Look the potassium of a patient up.

    Args:
        mrn: The medical record number.
    """
    assert mrn == MRN, "the number did not come back as it was"
    return f"4.1 mmol/L for MRN {mrn}"


def tell(ways):
    """Runs each way of asking; what fails says why, and fails the test by saying so."""
    said = {}
    for name, way in ways.items():
        try:
            said[name] = str(way())
        except Exception:  # a script that stops at the first failure hides the others
            said[name] = "FAILED " + traceback.format_exc()[-1500:].replace(MRN, "(number)")
    print(json.dumps(said))
