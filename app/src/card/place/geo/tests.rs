use super::*;
use crate::test;

const SIZE: [f64; 2] = [400.0, 200.0];

fn at(latitude: f64, longitude: f64) -> Place {
    Place { latitude, longitude }
}

fn fit(places: &[Place]) -> Map {
    Map::fit(places, places[places.len() - 1], 1.0, SIZE)
}

fn is_seen(map: &Map, place: Place) -> bool {
    let (x, y) = map.project(place);
    (0.0..=SIZE[0]).contains(&x) && (0.0..=SIZE[1]).contains(&y)
}

#[test]
fn every_place_is_on_the_map_with_north_above() {
    let places = [at(48.2, 16.3), at(48.3, 16.5), at(48.1, 16.4)];
    let map = fit(&places);
    assert!(places.iter().all(|it| is_seen(&map, *it)));
    assert!(map.project(places[1]).1 < map.project(places[2]).1);
    assert!(map.project(places[0]).0 < map.project(places[1]).0);
}

#[test]
fn one_place_is_in_the_middle_of_some_streets() {
    let map = fit(&[at(-33.9, 151.2)]);
    assert_eq!(map.project(at(-33.9, 151.2)), (200.0, 100.0));
    assert_eq!(map.ruler().0, "100 m");
}

#[test]
fn a_track_over_the_date_line_is_short() {
    let places = [at(0.0, 179.9), at(0.0, -179.9)];
    let map = fit(&places);
    assert!(places.iter().all(|it| is_seen(&map, *it)));
    let (from, until) = (map.project(places[0]).0, map.project(places[1]).0);
    assert!(until > from);
    assert!(map.meridians().iter().any(|it| it.label.contains('W')));
}

#[test]
fn poles_and_the_whole_earth_do_no_harm() {
    for places in [
        vec![at(90.0, 0.0)],
        vec![at(-90.0, 180.0), at(90.0, -180.0)],
        vec![at(0.0, -180.0), at(0.0, 0.0)],
    ] {
        let map = fit(&places);
        for place in &places {
            let (x, y) = map.project(*place);
            assert!(x.is_finite() && y.is_finite());
        }
        assert!(map.meridians().len() < 64 && map.parallels().len() < 64);
    }
}

#[test]
fn the_grid_has_round_degrees_that_are_not_too_near() {
    let map = fit(&[at(48.2, 16.3), at(48.3, 16.5)]);
    let lines = map.meridians();
    assert!((2..=6).contains(&lines.len()), "{lines:?}");
    assert!(lines.windows(2).all(|it| it[1].at - it[0].at >= 70.0));
    assert!(map.parallels().iter().all(|it| it.label.ends_with("° N")));
}

#[test]
fn nearer_is_around_the_place_in_focus() {
    let places = [at(48.2, 16.3), at(48.3, 16.5)];
    let map = Map::fit(&places, places[1], 4.0, SIZE);
    assert_eq!(map.project(places[1]), (200.0, 100.0));
    assert!(!is_seen(&map, places[0]));
}

#[test]
fn decimals_say_how_exact_a_place_is() {
    assert_eq!(exactness(0), "111 km");
    assert_eq!(exactness(4), "11 m");
    assert_eq!(exactness(6), "11 cm");
    assert_eq!(exactness(8), "1 cm");
}
