// Services whose answers have a bounded size for any library. The bounds are in output/bounds.ts.

import { bounded, LISTED, NOTES, OTHERS, SENTENCE, WHOLE } from '../output/bounds.ts';
import { cutAt } from '../output/characters.ts';
import type { SearchPage } from './paper-search.ts';
import type { PaperView } from './paper-view.ts';
import type { Services } from './services.ts';

/** The same services; works in lists are shortened to LISTED, one paper to WHOLE. */
export function boundedServices(services: Services): Services {
  return {
    ...services,
    papersOfDay: async (day, part) => listed(await services.papersOfDay(day, part)),
    papersOfPeriod: async (period, choice) => listed(await services.papersOfPeriod(period, choice)),
    trendingPapers: async (asked) => {
      const found = await services.trendingPapers(asked);
      return { ...found, hits: found.hits.map((hit) => ({ ...hit, work: bounded(hit.work, LISTED) })) };
    },
    list: async (part) => listed(await services.list(part)),
    search: async (query, options) => searchPage(await services.search(query, options)),
    paper: async (id) => {
      const view = await services.paper(id);
      return view && paperView(view);
    },
    openList: async (list, part) => {
      const opened = await services.openList(list, part);
      return opened && { ...opened, works: whole(opened.works) };
    },
    similar: async (id, options) => {
      const found = await services.similar(id, options);
      return found && { ...found, hits: found.hits.map((hit) => ({ ...hit, work: bounded(hit.work, LISTED) })) };
    },
  };
}

async function* whole(works: AsyncIterable<PaperView['work']>): AsyncGenerator<PaperView['work']> {
  for await (const work of works) yield bounded(work, WHOLE);
}

function listed<P extends { readonly works: PaperView['others'] }>(page: P): P {
  return { ...page, works: page.works.map((work) => bounded(work, LISTED)) };
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
