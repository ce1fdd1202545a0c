# What trec_eval 9.0.8 (through pytrec_eval) says of generated runs: one JSON case {qrels, run, level} a line in, one JSON
# object {query: {measure: value}} a line out, every measure of all_trec that is a number.
import json
import sys

import pytrec_eval

NOT_NUMBERS = {"runid", "relstring"}

for line in sys.stdin:
    if not line.strip():
        continue
    case = json.loads(line)
    evaluator = pytrec_eval.RelevanceEvaluator(case["qrels"], {"all_trec"}, relevance_level=case["level"])
    values = evaluator.evaluate(case["run"])
    print(
        json.dumps(
            {
                query: {name: value for name, value in measured.items() if name not in NOT_NUMBERS}
                for query, measured in sorted(values.items())
            }
        )
    )
