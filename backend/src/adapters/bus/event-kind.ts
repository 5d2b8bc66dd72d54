/** "<module>.<event>" of "<module>.<event>.<organisation>". */
export function eventKind(routingKey: string): string {
  return routingKey.split('.', 2).join('.')
}
