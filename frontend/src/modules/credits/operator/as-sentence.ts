/** What the server says of a field, such as "has 3 decimals", as a sentence of its own. */
export function asSentence(text: string): string {
  if (text === '') return ''
  const begun = text.charAt(0).toUpperCase() + text.slice(1)
  return /[.!?]$/.test(begun) ? begun : `${begun}.`
}
