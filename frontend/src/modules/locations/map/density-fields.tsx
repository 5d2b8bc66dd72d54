import { Select } from '@mantine/core'

/** Mean edges of H3's cells, https://h3geo.org/docs/core-library/restable/ */
const resolutions = [
  { value: '5', label: 'Regions, 9.9 km edges' },
  { value: '6', label: 'Towns, 3.7 km edges' },
  { value: '7', label: 'Districts, 1.4 km edges' },
  { value: '8', label: 'Neighbourhoods, 530 m edges' },
  { value: '9', label: 'Blocks, 200 m edges' },
]

interface DensityFieldsProps {
  readonly resolution: number
  readonly onChange: (resolution: number) => void
}

export function DensityFields({ resolution, onChange }: DensityFieldsProps) {
  return (
    <Select
      label="Cells"
      data={resolutions}
      value={String(resolution)}
      allowDeselect={false}
      onChange={(value) => onChange(Number(value))}
    />
  )
}
