export { dayOf, FixPartitions, isoDay } from './fix-partitions.ts'
export { type FixPartition, listPartitions, organizationsIn } from './list-partitions.ts'
