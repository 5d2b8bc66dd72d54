import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { createInterface } from 'node:readline'

const program = `
  const server = require('node:net').createServer()
  server.listen({ host: '127.0.0.1', port: 0, backlog: 1 }, () => console.log(server.address().port))`
/** More than wait to be accepted. */
const CONNECTIONS = 4
/** Those are two with a backlog of one: the system then drops what asks for more. */
const ACCEPTED = 2

/** A port to which packets go, and from which none come: its process is stopped, and its queue full. */
export async function droppingServer(): Promise<{ url: string; end: () => Promise<void> }> {
  const child = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string]
  child.kill('SIGSTOP')
  const sockets: Socket[] = []
  let connected = 0
  await new Promise<void>((resolve, reject) => {
    for (let each = 0; each < CONNECTIONS; each += 1) {
      const socket = connect({ host: '127.0.0.1', port: Number(line) })
      socket.on('error', reject)
      socket.once('connect', () => {
        connected += 1
        if (connected === ACCEPTED) resolve()
      })
      sockets.push(socket)
    }
  })
  return {
    url: `http://127.0.0.1:${line}`,
    async end() {
      for (const socket of sockets) socket.destroy()
      const ended = once(child, 'exit')
      child.kill('SIGKILL')
      await ended
    },
  }
}
