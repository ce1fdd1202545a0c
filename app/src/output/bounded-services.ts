// Services whose answers have a bounded size for any library. The bounds are in bounds.ts.

import type { PaperView, SearchPage, Services } from '../services/services.ts';
import { bounded, LISTED, NOTES, OTHERS, SENTENCE, WHOLE } from './bounds.ts';
import { cutAt } from './characters.ts';

/** The same services; works in lists are shortened to LISTED, one paper to WHOLE. */
export function boundedServices(services: Services): Services {
  return {
    newestDay: () => services.newestDay(),
    counts: () => services.counts(),
    status: () => services.status(),
    papersOfDay: (day, page) => {
      const found = services.papersOfDay(day, page);
      return { ...found, works: found.works.map((work) => bounded(work, LISTED)) };
    },
    list: (page) => {
      const found = services.list(page);
      return { ...found, works: found.works.map((work) => bounded(work, LISTED)) };
    },
    search: async (query, options) => searchPage(await services.search(query, options)),
    paper: (id) => {
      const view = services.paper(id);
      return view && paperView(view);
    },
    similar: async (id, options) => {
      const found = await services.similar(id, options);
      return found && { ...found, hits: found.hits.map((hit) => ({ ...hit, work: bounded(hit.work, LISTED) })) };
    },
  };
}

function paperView({ work, others, ...rest }: PaperView): PaperView {
  return {
    ...rest,
    work: bounded(work, WHOLE),
    others: others.slice(0, OTHERS).map((other) => bounded(other, LISTED)),
  };
}

function searchPage(page: SearchPage): SearchPage {
  return {
    ...page,
    notes: page.notes.slice(0, NOTES).map((note) => cutAt(note, SENTENCE)),
    hits: page.hits.map((hit) => {
      const { sentence } = hit;
      const work = bounded(hit.work, LISTED);
      if (sentence === undefined || sentence.text.length <= SENTENCE) return { ...hit, work };
      const text = cutAt(sentence.text, SENTENCE);
      const marks = sentence.marks.filter(([, end]) => end < text.length);
      return { ...hit, work, sentence: { text, marks } };
    }),
  };
}
