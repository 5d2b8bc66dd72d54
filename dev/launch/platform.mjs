import { Refusal } from './refusal.mjs'

/** Where both the PostgreSQL binaries and an Envoy binary exist. */
const supported = new Set(['linux-x64', 'linux-arm64', 'darwin-arm64', 'darwin-x64'])
const oldestNode = [20, 19]

export function checkPlatform({
  version = process.versions.node,
  platform = process.platform,
  arch = process.arch,
} = {}) {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  if (major < oldestNode[0] || (major === oldestNode[0] && minor < oldestNode[1])) {
    throw new Refusal(
      `Fairlead needs Node ${oldestNode.join('.')} or newer, and this is ${version}; install a newer one from https://nodejs.org.`,
    )
  }
  if (!supported.has(`${platform}-${arch}`)) {
    throw new Refusal(
      `Fairlead starts on Linux and macOS (x64 or arm64), and this is ${platform}-${arch}; on Windows use WSL 2.`,
    )
  }
}
