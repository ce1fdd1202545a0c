// The beginning of a text, in UTF-16 code units. Every limit on the length of a text uses it.

/** The first `limit` units of `text`, or one less where the limit is between the two halves of a surrogate pair. */
export function clip(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const last = text.charCodeAt(limit - 1);
  return text.slice(0, last >= 0xd800 && last < 0xdc00 ? limit - 1 : limit);
}
