"""Trains small BPE and Unigram tokenizers with HuggingFace tokenizers and prints how its steps treat every assigned code point.
wordpiece.py encodes with them. The first argument selects the output:

train       stdin: a JSON list of texts; prints {"bytes", "characters", "unigram"}: the tokenizer.json of a byte-level BPE
            as ModernBERT has it, of a BPE over characters, and of a Unigram model as XLM-R has it
properties  the code points of \\p{L}, \\p{N}, white space, digits and combining marks, as JSON lists
"""
import json
import sys

from tokenizers import AddedToken, Regex, Tokenizer, normalizers, pre_tokenizers
from tokenizers.models import BPE, Unigram
from tokenizers.processors import TemplateProcessing
from tokenizers.trainers import BpeTrainer, UnigramTrainer


def train():
    texts = json.load(sys.stdin)
    print(json.dumps({
        name: json.loads(make(texts).to_str())
        for name, make in (("bytes", byte_level), ("characters", characters), ("unigram", unigram))
    }))


def around(tokenizer, first, last, mask):
    tokenizer.add_special_tokens([AddedToken(mask, lstrip=True, normalized=False)])
    tokenizer.add_tokens([AddedToken("|||IP|||", normalized=False), AddedToken("   ", normalized=True)])
    tokenizer.post_processor = TemplateProcessing(
        single=f"{first} $A {last}", special_tokens=[(token, tokenizer.token_to_id(token)) for token in (first, last)])
    return tokenizer


def byte_level(texts):
    tokenizer = Tokenizer(BPE())
    tokenizer.normalizer = normalizers.NFC()
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.train_from_iterator(texts, BpeTrainer(
        vocab_size=1000, special_tokens=["[UNK]", "[CLS]", "[SEP]", "[PAD]"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False))
    return around(tokenizer, "[CLS]", "[SEP]", "[MASK]")


def characters(texts):
    tokenizer = Tokenizer(BPE(unk_token="<unk>", fuse_unk=True))
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.train_from_iterator(texts, BpeTrainer(
        vocab_size=1000, limit_alphabet=300, show_progress=False,
        special_tokens=["<unk>", "<s>", "</s>"] + [f"<0x{byte:02X}>" for byte in range(256)]))
    return around(tokenizer, "<s>", "</s>", "<mask>")


def unigram(texts):
    tokenizer = Tokenizer(Unigram())
    tokenizer.normalizer = normalizers.NFKC()
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace()])
    latin = [" ".join(word for word in text.split() if max(word) < "\u0250") for text in texts]
    tokenizer.train_from_iterator(latin, UnigramTrainer(
        vocab_size=1000, unk_token="<unk>", special_tokens=["<s>", "<pad>", "</s>", "<unk>"], show_progress=False))
    return around(tokenizer, "<s>", "</s>", "<mask>")


def properties():
    every = [c for c in [*range(0x33400), *range(0xE0000, 0xE1000)] if not 0xD800 <= c < 0xE000]

    def removed(splitter):
        return [c for c in every if splitter.pre_tokenize_str(chr(c)) == []]

    digits = pre_tokenizers.Digits(individual_digits=True)
    marks = normalizers.StripAccents()
    print(json.dumps({
        "letters": removed(pre_tokenizers.Split(Regex(r"\p{L}"), "removed")),
        "numbers": removed(pre_tokenizers.Split(Regex(r"\p{N}"), "removed")),
        "spaces": removed(pre_tokenizers.WhitespaceSplit()),
        "digits": [c for c in every if len(digits.pre_tokenize_str(f"a{chr(c)}")) == 2],
        "marks": [c for c in every if marks.normalize_str(chr(c)) == ""],
    }))


{"train": train, "properties": properties}[sys.argv[1]]()
