// The terms encoder keeps the contract of all encoders.

import { termsEncoder } from '@quire/engine/encoders';
import { english } from '@quire/engine/text';
import { encoderContract } from '../../test/contract/encoder-contract.ts';

encoderContract('terms', () => termsEncoder(english(), { fields: ['title', 'abstract'] }), {
  skip: [{ case: 'truncation', reason: 'terms reads whole texts' }],
});
