import { makeDemoDatasets } from './sky/index.ts'

const folder = process.argv[2]
if (folder === undefined) throw new Error('Usage: make-demo-datasets.ts FOLDER')
await makeDemoDatasets(folder)
