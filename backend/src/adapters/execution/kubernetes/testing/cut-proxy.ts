import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { KubeConfig } from '@kubernetes/client-node'

/** Stands between a test and the API server, so that the one can lose the other while the cluster goes on. */
export interface CutProxy {
  /** Path of one that leads through it. */
  readonly kubeconfig: string
  /** Ends every connection and takes no more. */
  cut(): Promise<void>
  mend(): Promise<void>
  close(): Promise<void>
}

export async function openCutProxy(kubeconfig: string): Promise<CutProxy> {
  const config = new KubeConfig()
  config.loadFromFile(kubeconfig)
  const target = new URL(config.getCurrentCluster()?.server ?? '')
  const sockets = new Set<Socket>()
  const keep = (socket: Socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
    // Cut connections end with errors on either side.
    socket.on('error', () => socket.destroy())
  }
  const serve = () =>
    createServer((near) => {
      const far = connect(Number(target.port), target.hostname)
      keep(near)
      keep(far)
      near.pipe(far).pipe(near)
      near.once('close', () => far.destroy())
      far.once('close', () => near.destroy())
    })
  let server = serve().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the proxy has no port')
  const { port } = address
  const folder = await mkdtemp(join(tmpdir(), 'fairlead-kubeconfig-'))
  const path = join(folder, 'config')
  await writeFile(path, through(config, port))
  const cut = async () => {
    const closed = server[Symbol.asyncDispose]()
    for (const socket of sockets) socket.destroy()
    await closed
  }
  return {
    kubeconfig: path,
    cut,
    async mend() {
      server = serve().listen(port, '127.0.0.1')
      await once(server, 'listening')
    },
    async close() {
      if (server.listening) await cut()
      await rm(folder, { recursive: true })
    },
  }
}

/** The same with another address, which the server's certificate is not for. */
function through(config: KubeConfig, port: number): string {
  const copy = new KubeConfig()
  copy.loadFromOptions({
    clusters: config.clusters.map(({ name }) => ({
      name,
      server: `https://127.0.0.1:${port}`,
      skipTLSVerify: true,
    })),
    users: config.users,
    contexts: config.contexts,
    currentContext: config.currentContext,
  })
  return copy.exportConfig()
}
