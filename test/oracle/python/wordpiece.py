"""Prints the output of HuggingFace tokenizers for texts and for every code point. The first argument selects the output:

encode      stdin: JSON lines, each {"tokenizer": a tokenizer.json as a string, "cases": [{"text", "maxLength"?,
            "special"?}]}; prints a JSON line of ids for each case
properties  how BERT's normalizer and splitter treat every code point, as JSON: for each step the code points that it
            changes and what to, "spaces" and "punctuation" as lists
train       stdin: a JSON list of texts; prints the tokenizer.json of a small vocabulary learnt from them
"""
import json
import sys

from tokenizers import Tokenizer
from tokenizers.models import WordPiece
from tokenizers.normalizers import BertNormalizer
from tokenizers.pre_tokenizers import BertPreTokenizer
from tokenizers.processors import TemplateProcessing
from tokenizers.trainers import WordPieceTrainer


def every():
    return (c for c in range(0x110000) if not 0xD800 <= c < 0xE000)


def changes(normalizer):
    return {c: out for c in every() if (out := normalizer.normalize_str(chr(c))) != chr(c)}


def bert(**on):
    options = dict(clean_text=False, handle_chinese_chars=False, strip_accents=False, lowercase=False)
    return BertNormalizer(**{**options, **on})


def properties():
    splitter = BertPreTokenizer()
    spaces, punctuation = [], []
    for c in every():
        pieces = [piece for piece, _ in splitter.pre_tokenize_str("a" + chr(c) + "b")]
        if len(pieces) == 3:
            punctuation.append(c)
        elif len(pieces) == 2:
            spaces.append(c)
    print(json.dumps({
        "clean": changes(bert(clean_text=True)),
        "chinese": changes(bert(handle_chinese_chars=True)),
        "accents": changes(bert(strip_accents=True)),
        "lower": changes(bert(lowercase=True)),
        "spaces": spaces,
        "punctuation": punctuation,
    }))


def encode():
    for line in sys.stdin:
        request = json.loads(line)
        tokenizer = Tokenizer.from_str(request["tokenizer"])
        tokenizer.no_padding()
        for case in request["cases"]:
            tokenizer.no_truncation()
            if "maxLength" in case:
                tokenizer.enable_truncation(case["maxLength"])
            print(json.dumps(tokenizer.encode(case["text"], add_special_tokens=case.get("special", True)).ids))


def train():
    tokenizer = Tokenizer(WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = BertNormalizer()
    tokenizer.pre_tokenizer = BertPreTokenizer()
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    tokenizer.train_from_iterator(json.load(sys.stdin), WordPieceTrainer(
        vocab_size=1800, limit_alphabet=900, special_tokens=special, show_progress=False))
    tokenizer.post_processor = TemplateProcessing(single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)])
    print(tokenizer.to_str())


{"encode": encode, "properties": properties, "train": train}[sys.argv[1]]()
