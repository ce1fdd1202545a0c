// Content codings that a client accepts (RFC 9110, 12.5.3), for pages, answers and static files alike.

/** Whether `Accept-Encoding` names a coding with a weight above zero. */
export function acceptsCoding(header: string | undefined, coding: string): boolean {
  return (header ?? '').split(',').some((each) => {
    const [name = '', ...parameters] = each.split(';').map((part) => part.trim().toLowerCase());
    return name === coding && !parameters.some((parameter) => /^q=0(?:\.0*)?$/.test(parameter));
  });
}
