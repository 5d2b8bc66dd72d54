// Budgets of what a browser loads first, read from the built pages' manifest: the entry with all that it
// imports statically, and the pages that a first visit shows. In Brotli, as the frontend server sends it.
import { readFileSync } from 'node:fs'

const dist = 'frontend/dist'
const manifest = JSON.parse(readFileSync(`${dist}/.vite/manifest.json`, 'utf8'))

function scripts(keys) {
  const seen = new Set()
  const visit = (key) => {
    if (seen.has(key)) return
    seen.add(key)
    for (const imported of manifest[key].imports ?? []) visit(imported)
  }
  for (const key of keys) visit(key)
  return [...seen].map((key) => `${dist}/${manifest[key].file}`).filter((file) => file.endsWith('.js'))
}

const page = (end) => {
  const key = Object.keys(manifest).find((candidate) => candidate.endsWith(end))
  if (key === undefined) throw new Error(`the built pages have no ${end}`)
  return key
}

export default [
  {
    name: 'sign-in page',
    path: scripts(['index.html', page('/sign-in-page.tsx')]),
    limit: '250 kB',
    brotli: true,
  },
  {
    name: 'overview after sign-in',
    path: scripts(['index.html', page('/shell.tsx'), page('/overview-page.tsx')]),
    limit: '250 kB',
    brotli: true,
  },
  // Loaded with the first map: MapLibre, and what draws on it.
  {
    name: 'map of locations',
    path: scripts(['index.html', page('/map-canvas.tsx')]),
    limit: '560 kB',
    brotli: true,
  },
  // Loaded with the first graph: React Flow, and what lays it out.
  {
    name: 'graph of a workflow',
    path: scripts(['index.html', page('/workflow-graph.tsx')]),
    limit: '330 kB',
    brotli: true,
  },
]
