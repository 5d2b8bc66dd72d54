export { dayOf, FixPartitions, isoDay } from './fix-partitions.ts'
