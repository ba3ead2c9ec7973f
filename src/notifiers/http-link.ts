/** Services refuse links that are no web pages, some of them the whole message with it. */
export function isHttpLink(url: string): boolean {
  return /^https?:\/\//.test(url);
}
