/** Names of time zones that the browser knows, UTC left out. */
export function timeZones(): string[] {
  return Intl.supportedValuesOf('timeZone').filter((zone) => zone !== 'UTC')
}
