import {
  checkRegion,
  FitsError,
  parsePolygon,
  type Region,
  regionToPixelBox,
  type Wcs,
} from '@fairlead/backend/wcs'
import { Button, Group, NumberInput, Stack, Text, Textarea } from '@mantine/core'
import { IconScissors, IconTrash } from '@tabler/icons-react'
import { useEffect, useState } from 'react'
import { Facts } from '../../../ui/facts'
import { Panel } from '../../../ui/panel'
import { formatAngle, formatDegrees, formatHours } from './format-angle'
import { formatCoordinates } from './region-parameter'
import type { ImageSize } from './viewport'

interface RegionPanelProps {
  readonly region: Region | undefined
  readonly wcs: Wcs
  readonly image: ImageSize
  readonly mayCutOut: boolean
  readonly onRegion: (region: Region | undefined) => void
  readonly onCutOut: (region: Region) => void
}

/** The region in numbers, which can be typed over. */
export function RegionPanel({ region, wcs, image, mayCutOut, onRegion, onCutOut }: RegionPanelProps) {
  const check = checked(region, wcs, image)
  return (
    <Panel
      title="Region"
      actions={
        region !== undefined && (
          <Button
            variant="subtle"
            size="compact-sm"
            leftSection={<IconTrash size={14} aria-hidden />}
            onClick={() => onRegion(undefined)}
          >
            Clear
          </Button>
        )
      }
    >
      <Stack gap="sm">
        {region === undefined && (
          <>
            <Text size="sm" c="dimmed">
              Draw a circle or a polygon on the image, or begin with the middle of it.
            </Text>
            <Button variant="default" size="xs" w="fit-content" onClick={() => onRegion(middle(wcs, image))}>
              Circle in the middle
            </Button>
          </>
        )}
        {region?.kind === 'circle' && <CircleFields circle={region} onChange={onRegion} />}
        {region?.kind === 'polygon' && <PolygonField polygon={region} onChange={onRegion} />}
        {region !== undefined && (
          <div aria-live="polite">
            {'problem' in check ? (
              <Text size="sm" c="var(--mantine-color-error)">
                {check.problem}
              </Text>
            ) : (
              <Facts
                entries={[
                  ...(region.kind === 'circle'
                    ? ([
                        ['RA', formatHours(region.raDeg)],
                        ['Dec', formatDegrees(region.decDeg)],
                        ['Radius', formatAngle(region.radiusDeg)],
                      ] as const)
                    : []),
                  ...(region.kind === 'polygon'
                    ? ([['Corners', String(region.vertices.length)]] as const)
                    : []),
                  ['Box', check.box],
                ]}
              />
            )}
          </div>
        )}
        <Button
          leftSection={<IconScissors size={16} aria-hidden />}
          disabled={region === undefined || 'problem' in check || !mayCutOut}
          onClick={() => region !== undefined && onCutOut(region)}
        >
          Cut out
        </Button>
        {!mayCutOut && (
          <Text size="xs" c="dimmed">
            Your role does not submit jobs.
          </Text>
        )}
      </Stack>
    </Panel>
  )
}

function checked(
  region: Region | undefined,
  wcs: Wcs,
  image: ImageSize,
): { problem: string } | { box: string } {
  if (region === undefined) return { box: '' }
  try {
    checkRegion(region)
    const { xMin, xMax, yMin, yMax } = regionToPixelBox(wcs, image.widthPx, image.heightPx, region)
    return { box: `${xMax - xMin + 1} × ${yMax - yMin + 1} px` }
  } catch (error) {
    if (error instanceof FitsError) return { problem: error.message }
    throw error
  }
}

function middle(wcs: Wcs, image: ImageSize): Region | undefined {
  const center = wcs.pixelToSky((image.widthPx + 1) / 2, (image.heightPx + 1) / 2)
  if (center === undefined) return undefined
  const radiusDeg = Math.min(90, (Math.min(image.widthPx, image.heightPx) / 8) * wcs.pixelScaleDeg)
  return { kind: 'circle', ...center, radiusDeg }
}

interface CircleFieldsProps {
  readonly circle: Extract<Region, { kind: 'circle' }>
  readonly onChange: (region: Region) => void
}

function CircleFields({ circle, onChange }: CircleFieldsProps) {
  const fields = [
    { name: 'raDeg', label: 'RA (°)', min: 0, max: 360 },
    { name: 'decDeg', label: 'Dec (°)', min: -90, max: 90 },
    { name: 'radiusDeg', label: 'Radius (°)', min: 0, max: 180 },
  ] as const
  return (
    <Group gap="xs" grow preventGrowOverflow={false} wrap="nowrap">
      {fields.map(({ name, label, min, max }) => (
        <NumberInput
          key={name}
          size="xs"
          label={label}
          value={Number(circle[name].toFixed(6))}
          min={min}
          max={max}
          decimalScale={8}
          hideControls
          clampBehavior="blur"
          onChange={(value) => typeof value === 'number' && onChange({ ...circle, [name]: value })}
        />
      ))}
    </Group>
  )
}

interface PolygonFieldProps {
  readonly polygon: Extract<Region, { kind: 'polygon' }>
  readonly onChange: (region: Region) => void
}

function PolygonField({ polygon, onChange }: PolygonFieldProps) {
  const shown = formatCoordinates(polygon)
  const [text, setText] = useState(shown)
  const [problem, setProblem] = useState('')
  // Dragging a corner changes the text; typing is kept as it is.
  useEffect(() => {
    setText(shown)
    setProblem('')
  }, [shown])
  return (
    <Textarea
      size="xs"
      label="Corners: ra dec ra dec … (°)"
      autosize
      minRows={2}
      maxRows={6}
      classNames={{ input: 'mono' }}
      value={text}
      error={problem}
      onChange={(event) => setText(event.currentTarget.value)}
      onBlur={() => {
        if (text.trim() === shown) return
        try {
          onChange(parsePolygon(text.trim()))
        } catch (error) {
          if (!(error instanceof FitsError)) throw error
          setProblem(error.message)
        }
      }}
    />
  )
}
