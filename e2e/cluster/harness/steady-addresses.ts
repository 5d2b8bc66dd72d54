import { existsSync, readFileSync, writeFileSync } from 'node:fs'

const setting = '/proc/sys/net/ipv6/conf/default/disable_ipv6'

/**
 * Chromium gives up what it is loading (ERR_NETWORK_CHANGED) when an address of the machine comes or goes, and the
 * interface of each pod brings a link-local one along. Interfaces that are made from now on have none, until the
 * function that this returns is called.
 */
export function keepAddressesSteady(): () => void {
  if (!existsSync(setting)) return () => undefined
  const before = readFileSync(setting, 'utf8')
  writeFileSync(setting, '1\n')
  return () => writeFileSync(setting, before)
}
