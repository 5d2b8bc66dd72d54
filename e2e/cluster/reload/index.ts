export { deployHotReload } from './hot-reload.ts'
export { organization, saveBackend, savePage, saveWorker } from './measure.ts'
