/**
 * Where people reach what was signed. Cut, not parsed and written again: the signature is of these very characters.
 */
export function publicAddress(signed: string, publicUrl: string | undefined): string {
  return publicUrl === undefined ? signed : publicUrl + signed.replace(/^[^/]*\/\/[^/]*/, '')
}
