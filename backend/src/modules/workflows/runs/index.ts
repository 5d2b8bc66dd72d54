export { RunWatch, type RunWatchOptions } from './run-watch.ts'
export { type RunMethods, type RunMethodsOptions, runMethods } from './runs-handler.ts'
