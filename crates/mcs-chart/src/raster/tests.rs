use super::{Clip, Raster};

const ALL: Clip = Clip { top: 0.0, bottom: 8.0 };

/// What a picture shows: a character a pixel, the darker the more opaque.
fn shown(raster: &Raster) -> Vec<String> {
    let rows = raster.pixels.chunks(raster.width);
    let dark = |pixel: &[u8; 4]| b" .:+#"[usize::from(pixel[3]).div_ceil(64)] as char;
    rows.map(|row| row.iter().map(dark).collect()).collect()
}

fn drawn(clip: Clip, points: &[(f64, f64)]) -> Vec<String> {
    let mut raster = Raster::default();
    raster.clear(8, 8);
    raster.line(clip, [0, 0, 0], 1.0, points.iter().copied());
    shown(&raster)
}

#[test]
fn a_level_line_is_one_pixel_thick() {
    let level = drawn(ALL, &[(0.0, 2.5), (8.0, 2.5)]);
    assert_eq!(level[1..4], ["        ", "########", "        "]);
    let between = drawn(ALL, &[(0.0, 3.0), (8.0, 3.0)]);
    assert_eq!(between[1..5], ["        ", "::::::::", "::::::::", "        "]);
}

#[test]
fn a_peak_keeps_its_place_and_a_slope_has_no_holes() {
    let peak = drawn(ALL, &[(0.0, 7.0), (3.0, 7.0), (3.5, 1.0), (4.0, 7.0), (8.0, 7.0)]);
    assert_eq!(peak.iter().map(|row| &row[3..4]).collect::<String>(), ".######.");
    let slope = drawn(ALL, &[(0.0, 0.0), (8.0, 8.0)]);
    for (row, line) in slope.iter().enumerate() {
        assert_eq!(&line[row..=row], "#", "{slope:?}");
    }
}

#[test]
fn a_step_is_upright_in_one_column() {
    let step = drawn(ALL, &[(0.0, 6.5), (4.5, 6.5), (4.5, 1.5), (8.0, 1.5)]);
    assert_eq!(step[0], "        ");
    assert_eq!(step[1], "    +###");
    assert_eq!(step[3], "    #   ");
    assert_eq!(step[6], "####+   ");
}

#[test]
fn nothing_is_drawn_outside_its_lane() {
    let clip = Clip { top: 2.0, bottom: 6.0 };
    let line = drawn(clip, &[(-3.0, -40.0), (4.0, 4.0), (20.0, 90.0)]);
    assert!(line[..2].iter().chain(&line[6..]).all(|row| row.trim().is_empty()), "{line:?}");
    assert!(line[2..6].iter().any(|row| row.contains('#')), "{line:?}");
}

#[test]
fn what_is_painted_over_shows_through() {
    let mut raster = Raster::default();
    raster.clear(1, 1);
    raster.column(ALL, [255, 0, 0], 1.0, (0.5, 0.0, 1.0));
    assert_eq!(raster.pixels(), [255, 0, 0, 255]);
    raster.column(ALL, [0, 0, 255], 0.2, (0.5, 0.0, 1.0));
    assert_eq!(raster.pixels(), [204, 0, 51, 255]);
    raster.clear(1, 1);
    raster.column(ALL, [0, 0, 255], 0.2, (0.5, 0.0, 1.0));
    assert_eq!(raster.pixels(), [0, 0, 255, 51]);
}

#[test]
fn a_line_is_in_no_column_that_it_does_not_pass() {
    for (from, to) in [(-20.0, -1.0), (-4.0, 3.5), (2.0, 2.0), (5.5, 40.0), (9.0, 30.0)] {
        let mut raster = Raster::default();
        raster.clear(8, 8);
        let points = [(from, -1e9), ((from + to) / 2.0, 1e9), (to, 3.0)];
        raster.line(Clip { top: -5.0, bottom: 500.0 }, [1, 2, 3], 2.0, points.into_iter());
        for (place, pixel) in raster.pixels().chunks(4).enumerate() {
            let column = (place % 8) as f64;
            let passed = from < column + 1.0 && to >= column;
            assert!(passed || pixel[3] == 0, "{from} to {to}: column {column}");
        }
    }
}

#[test]
fn every_quotient_is_the_nearest() {
    for of in 1..256 {
        for sum in 0..=255 * of {
            assert_eq!(u32::from(super::part(sum, of)), (sum + of / 2) / of, "{sum} of {of}");
        }
    }
}
