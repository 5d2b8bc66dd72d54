import type { AlgorithmState } from '@fairlead/proto/web/fairlead/workflows/v1/algorithms'
import { Tag } from '../../ui/tag'
import { algorithmStateWords } from './algorithm-state'

/** Whether a version may run. */
export function AlgorithmStateTag({ state }: { state: AlgorithmState }) {
  const { label, color } = algorithmStateWords(state)
  return <Tag color={color}>{label}</Tag>
}
