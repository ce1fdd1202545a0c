# Prints the values of trec_eval 9.0.8 (through pytrec_eval) for generated runs. Input: one JSON case {qrels, run, level,
# judgedOnly} a line. Output: one JSON object {query: {measure: value}} a line, with every measure of all_trec that is a
# number. For a run without judged documents (judgedOnly), trec_eval divides 0 by 0 in two measures; Quire and this script
# give 0.
import json
import math
import sys

import pytrec_eval

NOT_NUMBERS = {"runid", "relstring"}


def numbers(measured):
    empty = measured["num_ret"] == 0
    return {
        name: 0.0 if empty and math.isnan(value) else value
        for name, value in measured.items()
        if name not in NOT_NUMBERS
    }


for line in sys.stdin:
    if not line.strip():
        continue
    case = json.loads(line)
    evaluator = pytrec_eval.RelevanceEvaluator(
        case["qrels"],
        {"all_trec"},
        relevance_level=case["level"],
        judged_docs_only_flag=case["judgedOnly"],
    )
    values = evaluator.evaluate(case["run"])
    print(json.dumps({query: numbers(measured) for query, measured in sorted(values.items())}))
