// The head of a paper's page: the tags that reference managers read, and the paper as schema.org states one.

import { raw } from 'hono/html';
import type { BoundedWork } from '../output/bounds.ts';
import { jsonOf } from '../output/characters.ts';
import { plainText } from '../output/tex.ts';
import { isWeb } from './card-parts.tsx';
import type { Site } from './site.ts';

export function PaperHead({ work, site }: { readonly work: BoundedWork; readonly site: Site }) {
  const date = work.published?.date.replaceAll('-', '/');
  const title = plainText(work.title);
  return (
    <>
      <meta name="description" content={plainText(work.abstract).slice(0, 300)} />
      <meta name="citation_title" content={title} />
      {work.authors.map((name) => (
        <meta name="citation_author" content={familyFirst(name)} />
      ))}
      {date !== undefined && <meta name="citation_publication_date" content={date} />}
      {date !== undefined && <meta name="citation_online_date" content={date} />}
      {work.arxivId !== undefined && (
        <>
          <meta name="citation_arxiv_id" content={work.arxivId} />
          <meta name="citation_abstract_html_url" content={`https://arxiv.org/abs/${work.arxivId}`} />
          <meta name="citation_pdf_url" content={`https://arxiv.org/pdf/${work.arxivId}`} />
        </>
      )}
      {work.doi !== undefined && <meta name="citation_doi" content={work.doi} />}
      {work.venue !== undefined && <meta name="citation_journal_title" content={work.venue} />}
      <script type="application/ld+json">{raw(linkedData(work, title, site))}</script>
    </>
  );
}

/** "Ada Example" as "Example, Ada"; a name of one word, or with a comma, as it is. */
function familyFirst(name: string): string {
  const words = name.trim().split(/\s+/);
  return words.length < 2 || name.includes(',') ? name : `${words.at(-1)}, ${words.slice(0, -1).join(' ')}`;
}

/** JSON in which no character can end the element or begin a comment. */
function linkedData(work: BoundedWork, title: string, site: Site): string {
  const data = {
    '@context': 'https://schema.org',
    '@type': 'ScholarlyArticle',
    headline: title,
    name: title,
    author: work.authors.map((name) => ({ '@type': 'Person', name })),
    ...(work.published && { datePublished: work.published.date }),
    ...(work.abstract !== '' && { abstract: plainText(work.abstract).slice(0, 1_000) }),
    ...(work.arxivId !== undefined && {
      identifier: [{ '@type': 'PropertyValue', propertyID: 'arXiv', value: work.arxivId }],
      isAccessibleForFree: true,
    }),
    sameAs: [
      ...(work.arxivId === undefined ? [] : [`https://arxiv.org/abs/${work.arxivId}`]),
      ...(isWeb(work.url) ? [work.url] : []),
    ],
    keywords: [...work.categories, ...work.keywords].slice(0, 20),
    isPartOf: { '@type': 'WebSite', name: site.title },
    commentCount: work.comments,
    interactionStatistic: {
      '@type': 'InteractionCounter',
      interactionType: 'https://schema.org/LikeAction',
      userInteractionCount: work.upvotes,
    },
  };
  return jsonOf(data).replace(/[<>&]/g, (sign) => `\\u00${sign.charCodeAt(0).toString(16)}`);
}
