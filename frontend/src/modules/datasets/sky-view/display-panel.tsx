import { type Appearance, COLOR_MAPS, isColorMap, isStretch, STRETCHES } from '@fairlead/backend/imaging'
import {
  Button,
  Checkbox,
  Group,
  Input,
  NumberInput,
  RangeSlider,
  SegmentedControl,
  Select,
  Stack,
} from '@mantine/core'
import { Panel } from '../../../ui/panel'
import { ColorBar } from './color-bar'
import { placeOfValue, type Statistics, valueAtPlace } from './cuts'
import { formatValue } from './format-value'
import { PlaneSlider } from './plane-slider'

interface DisplayPanelProps {
  readonly appearance: Appearance
  readonly statistics: Statistics
  readonly unit: string
  readonly hasCoordinates: boolean
  readonly showGrid: boolean
  /** Planes along the third axis; 1 for an image that is no cube. */
  readonly planes: number
  /** From 0. */
  readonly plane: number
  readonly describePlane: (plane: number) => string | undefined
  readonly onPlane: (plane: number) => void
  readonly onAppearance: (appearance: Appearance) => void
  readonly onShowGrid: (shown: boolean) => void
}

export function DisplayPanel(props: DisplayPanelProps) {
  const { appearance, statistics, unit, onAppearance } = props
  const change = (changed: Partial<Appearance>) => onAppearance({ ...appearance, ...changed })
  const cuts = (minimum: number, maximum: number) => change({ minimum, maximum: Math.max(minimum, maximum) })
  return (
    <Panel title="Display">
      <Stack gap="sm">
        {props.planes > 1 && (
          <PlaneSlider
            planes={props.planes}
            plane={props.plane}
            describe={props.describePlane}
            onPlane={props.onPlane}
          />
        )}
        <ColorBar appearance={appearance} unit={unit} />
        <Input.Wrapper label="Cuts" labelElement="div">
          <RangeSlider
            aria-label="Cuts"
            thumbFromLabel="Lower cut"
            thumbToLabel="Upper cut"
            min={0}
            max={1}
            step={0.002}
            minRange={0}
            size="sm"
            mt={6}
            mb={10}
            label={(place) => formatValue(valueAtPlace(statistics, place))}
            value={[
              placeOfValue(statistics, appearance.minimum),
              placeOfValue(statistics, appearance.maximum),
            ]}
            onChange={([low, high]) => cuts(valueAtPlace(statistics, low), valueAtPlace(statistics, high))}
          />
          <Group gap="xs" grow>
            <NumberInput
              size="xs"
              aria-label="Lower cut value"
              value={Number(appearance.minimum.toPrecision(5))}
              hideControls
              onChange={(value) => typeof value === 'number' && cuts(value, appearance.maximum)}
            />
            <NumberInput
              size="xs"
              aria-label="Upper cut value"
              value={Number(appearance.maximum.toPrecision(5))}
              hideControls
              onChange={(value) => typeof value === 'number' && change({ maximum: value })}
            />
          </Group>
          <Group gap="xs" mt={6}>
            <Button
              size="compact-xs"
              variant="default"
              onClick={() => cuts(statistics.percentile1, statistics.percentile99)}
            >
              1–99 %
            </Button>
            <Button
              size="compact-xs"
              variant="default"
              onClick={() => cuts(statistics.minimum, statistics.maximum)}
            >
              Minimum–maximum
            </Button>
          </Group>
        </Input.Wrapper>
        <Input.Wrapper label="Stretch" labelElement="div">
          <SegmentedControl
            fullWidth
            size="xs"
            mt={4}
            aria-label="Stretch"
            data={[...STRETCHES]}
            value={appearance.stretch}
            onChange={(stretch) => isStretch(stretch) && change({ stretch })}
          />
        </Input.Wrapper>
        <Group align="flex-end" gap="md">
          <Select
            label="Colour map"
            size="xs"
            flex={1}
            data={[...COLOR_MAPS]}
            value={appearance.colorMap}
            allowDeselect={false}
            onChange={(map) => map !== null && isColorMap(map) && change({ colorMap: map })}
          />
          <Checkbox
            label="Inverted"
            mb={7}
            checked={appearance.reverse ?? false}
            onChange={(event) => change({ reverse: event.currentTarget.checked })}
          />
        </Group>
        {props.hasCoordinates && (
          <Checkbox
            label="Coordinate grid"
            checked={props.showGrid}
            onChange={(event) => props.onShowGrid(event.currentTarget.checked)}
          />
        )}
      </Stack>
    </Panel>
  )
}
