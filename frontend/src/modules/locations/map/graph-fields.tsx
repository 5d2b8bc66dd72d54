import { Select } from '@mantine/core'

const degreeWords = [
  { value: '1', label: 'Whom they met' },
  { value: '2', label: 'And whom those met' },
  { value: '3', label: 'Three steps away' },
  { value: '4', label: 'Four steps away' },
]

interface GraphFieldsProps {
  readonly degrees: number
  readonly onChange: (degrees: number) => void
}

export function GraphFields({ degrees, onChange }: GraphFieldsProps) {
  return (
    <Select
      label="How far"
      data={degreeWords}
      value={String(degrees)}
      allowDeselect={false}
      onChange={(value) => onChange(Number(value))}
    />
  )
}
