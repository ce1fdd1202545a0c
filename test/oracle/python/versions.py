# Prints the versions of the Python references as JSON and echoes its input, so that a test can check the bridge.
import json
import sys
from importlib.metadata import version

names = ["pytrec_eval-terrier", "tokenizers"]
print(json.dumps({"versions": {name: version(name) for name in names}, "input": sys.stdin.read()}))
