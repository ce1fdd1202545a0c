# Hidden states of a BERT or ModernBERT folder by the transformers library, for engine/test/parity/transformers*.
# Usage: python transformers_states.py FOLDER LENGTHS VOCABULARY
# Prints for each length n from 1 to LENGTHS the last row of the last layer for the tokens t(i) = (i*i*7 + i*3 + n) mod VOCABULARY, as
# little-endian f32 in base64, all lengths in one string. With --all as a fourth argument it prints every row instead.
import base64
import sys

import numpy
import torch
from transformers import AutoConfig, AutoModel

folder, lengths, vocabulary = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
everything = len(sys.argv) > 4
torch.set_num_threads(1)
config = AutoConfig.from_pretrained(folder)
config._attn_implementation = "eager"
model = AutoModel.from_pretrained(folder, config=config, dtype=torch.float32).eval()
rows = []
with torch.no_grad():
    for n in range(1, lengths + 1):
        ids = torch.tensor([[(i * i * 7 + i * 3 + n) % vocabulary for i in range(n)]])
        states = model(input_ids=ids, attention_mask=torch.ones_like(ids)).last_hidden_state[0]
        rows.append(states.numpy() if everything else states[-1:].numpy())
print(base64.b64encode(numpy.concatenate(rows).astype("<f4").tobytes()).decode())
