import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { networkInterfaces } from 'node:os'
import { promisify } from 'node:util'

const run = promisify(execFile)

/**
 * A bridge has the lowest hardware address of what is plugged into it, until it is given one. With pods that come and go
 * it changes, and the others send to where nobody is for half a minute. The bridge of a node that is this machine is given
 * the one that it has.
 */
export async function keepBridgeSteady(): Promise<void> {
  const jsonPath = '{.items[*].status.addresses[?(@.type=="InternalIP")].address}'
  const { stdout } = await run('kubectl', ['get', 'nodes', '-o', `jsonpath=${jsonPath}`])
  const nodes = stdout.split(/\s+/)
  for (const [name, addresses = []] of Object.entries(networkInterfaces())) {
    const own = addresses.find(({ address }) => nodes.includes(address))
    if (own === undefined || !existsSync(`/sys/class/net/${name}/bridge`)) continue
    await run('ip', ['link', 'set', 'dev', name, 'address', own.mac])
  }
}
