export { type ExportFormat, exportChunks } from './export-chunks.ts'
export { amountCell, type Column, decimalOf, type Table, textCell, timeCell } from './table.ts'
