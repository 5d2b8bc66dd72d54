export { readFilesSeed } from './files-seed.ts'
export { type FilesSeedOptions, seedFiles } from './seed-files.ts'
