// `quire model`: adds, lists, shows, checks and removes the encoders that the site can search with.

import { Command } from 'commander';
import type { Verb } from '../verb.ts';
import { addCommand } from './model-add.ts';
import { exportCommand } from './model-export.ts';
import { checkCommand, listCommand, removeCommand, showCommand } from './model-manage.ts';
import { tuneCommand } from './model-tune.ts';
import { useCommand } from './model-use.ts';

export const modelCommand: Verb = (io, finish) => {
  const model = new Command('model').description(
    'Encoders for search by meaning: add, use, tune, list, show, check, export, remove',
  );
  const verbs = [
    addCommand,
    useCommand,
    tuneCommand,
    listCommand,
    showCommand,
    checkCommand,
    exportCommand,
    removeCommand,
  ];
  for (const verb of verbs) {
    model.addCommand(verb(io, finish));
  }
  return model.addHelpText('after', '\n"quire model <command> --help" has options, examples and exit codes.');
};
