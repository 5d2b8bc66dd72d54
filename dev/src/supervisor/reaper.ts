import { type ChildProcess, spawn } from 'node:child_process'

/**
 * Reads "add SIGNAL PID" and "remove PID" lines. When the supervisor dies, however that happens, the pipe
 * ends: then each process that is left is asked to end, and killed with its group ten seconds later.
 */
const script = `
pids=""
while read -r action first second; do
  case $action in
    add) pids="$pids $first:$second" ;;
    remove) rest=""; for entry in $pids; do [ "\${entry#*:}" = "$first" ] || rest="$rest $entry"; done; pids=$rest ;;
  esac
done
[ -n "$pids" ] || exit 0
for entry in $pids; do kill -s "\${entry%%:*}" "\${entry#*:}" 2>/dev/null; done
tries=0
while [ $tries -lt 50 ]; do
  alive=""
  for entry in $pids; do kill -0 "\${entry#*:}" 2>/dev/null && alive=yes; done
  [ -n "$alive" ] || exit 0
  sleep 0.2
  tries=$((tries + 1))
done
for entry in $pids; do kill -s KILL "-\${entry#*:}" 2>/dev/null; kill -s KILL "\${entry#*:}" 2>/dev/null; done
`

/** Sees to it that no child outlives the supervisor, even one that was killed outright. */
export class Reaper {
  readonly #shell: ChildProcess

  constructor() {
    // Its own session: a signal to the terminal's process group must not reach it.
    this.#shell = spawn('/bin/sh', ['-c', script], { stdio: ['pipe', 'ignore', 'ignore'], detached: true })
    this.#shell.stdin?.on('error', ignoreClosedPipe)
    this.#shell.unref()
  }

  add(pid: number, signal: 'INT' | 'TERM'): void {
    this.#shell.stdin?.write(`add ${signal} ${pid}\n`)
  }

  remove(pid: number): void {
    this.#shell.stdin?.write(`remove ${pid}\n`)
  }

  close(): void {
    this.#shell.stdin?.end()
  }
}

/** The reaper was killed by someone; the next start cleans up by the run file instead. */
function ignoreClosedPipe(error: Error): void {
  if ('code' in error && error.code === 'EPIPE') return
  throw error
}
