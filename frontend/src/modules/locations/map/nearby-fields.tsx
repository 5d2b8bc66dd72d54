import { NumberInput, SimpleGrid, Text, TextInput } from '@mantine/core'
import { type NearbyChoice, placeOf } from './map-choice'
import { timeFromField } from './time-window'

interface NearbyFieldsProps {
  readonly choice: NearbyChoice
  readonly isTried: boolean
  readonly onChange: (choice: NearbyChoice) => void
}

/** The place, which a press on the map gives, too, and the moment. */
export function NearbyFields({ choice, isTried, onChange }: NearbyFieldsProps) {
  const { moment } = choice
  const degrees = (label: string, key: 'latitude' | 'longitude', most: number) => (
    <NumberInput
      label={label}
      value={choice[key] ?? ''}
      error={isTried && choice[key] === undefined}
      min={-most}
      max={most}
      suffix="°"
      decimalScale={6}
      hideControls
      clampBehavior="blur"
      onChange={(value) => onChange({ ...choice, [key]: typeof value === 'number' ? value : undefined })}
    />
  )
  const number = (label: string, key: 'distanceM' | 'withinS', unit: string, min: number, max: number) => (
    <NumberInput
      label={label}
      value={choice[key]}
      min={min}
      max={max}
      suffix={` ${unit}`}
      thousandSeparator=","
      allowDecimal={false}
      clampBehavior="blur"
      onChange={(value) => {
        if (typeof value === 'number' && value >= min && value <= max) onChange({ ...choice, [key]: value })
      }}
    />
  )
  const isMissing = placeOf(choice) === undefined
  return (
    <>
      <SimpleGrid cols={2} spacing="xs" role="group" aria-label="Place">
        {degrees('Latitude', 'latitude', 85)}
        {degrees('Longitude', 'longitude', 180)}
      </SimpleGrid>
      <Text
        size="xs"
        c={isMissing && isTried ? 'var(--mantine-color-error)' : 'dimmed'}
        mt={-6}
        role="status"
      >
        {isMissing && isTried ? 'Give a place.' : 'A press on the map chooses the place.'}
      </Text>
      <TextInput
        type="datetime-local"
        step={1}
        label="At (UTC)"
        value={moment}
        error={isTried && Number.isNaN(timeFromField(moment)) ? 'Choose a moment.' : undefined}
        onChange={(event) => onChange({ ...choice, moment: event.currentTarget.value })}
      />
      <SimpleGrid cols={2} spacing="xs">
        {number('At most away', 'distanceM', 'm', 1, 10_000)}
        {number('Before and after', 'withinS', 's', 0, 3_600)}
      </SimpleGrid>
    </>
  )
}
