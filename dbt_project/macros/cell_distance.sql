{# The shortest possible distance in km between a point of one cell and a point of another (haversine between their
   facing edges; north of the equator meridians are closest at a cell's northern edge). Cells that touch are 0 apart. #}
{% macro cell_distance_km(one_x, one_y, other_x, other_y, cell_degrees, earth_radius_km) -%}
    2 * {{ earth_radius_km }} * asin(least(1, sqrt(
        power(sin(radians(greatest(abs({{ one_y }} - {{ other_y }}) - 1, 0) * {{ cell_degrees }}) / 2), 2)
        + cos(radians((least({{ one_y }}, {{ other_y }}) + 1) * {{ cell_degrees }}))
        * cos(radians(greatest({{ one_y }}, {{ other_y }}, least({{ one_y }}, {{ other_y }}) + 1) * {{ cell_degrees }}))
        * power(sin(radians(greatest(abs({{ one_x }} - {{ other_x }}) - 1, 0) * {{ cell_degrees }}) / 2), 2)
    )))
{%- endmacro %}

{# Whether two stays this far apart (km) contradict each other: at the same time, or too close in time to travel. #}
{% macro is_impossible(distance_km) -%}
    (
        (pairs.is_overlapping and {{ distance_km }} > parameters.overlap_distance_km)
        or (
            not pairs.is_overlapping
            and {{ distance_km }} * 3600 > parameters.travel_speed_kmh * pairs.gap_seconds
        )
    )
{%- endmacro %}
