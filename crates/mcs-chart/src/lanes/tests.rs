use super::{Lane, Scale, Want, height, lanes};

fn unit(unit: &str, min: f64, max: f64) -> Want {
    Want { scale: Scale::Unit(unit.to_owned()), min, max }
}

fn names(names: &[&str]) -> Want {
    let scale = Scale::Names(names.iter().map(|it| (*it).to_owned()).collect());
    Want { scale, min: f64::NAN, max: f64::NAN }
}

fn lines(lanes: &[Lane]) -> Vec<Vec<Vec<usize>>> {
    lanes.iter().map(|it| it.axes.iter().map(|axis| axis.lines.clone()).collect()).collect()
}

#[test]
fn two_units_share_a_lane_and_three_do_not() {
    let two = [unit("°C", 0.0, 1.0), unit("%", 0.0, 100.0), unit("°C", -5.0, 0.5)];
    assert_eq!(lines(&lanes(&two, 300.0)), [[vec![0, 2], vec![1]]]);
    let axis = &lanes(&two, 300.0)[0].axes[0];
    assert!(axis.lower <= -5.0 && axis.upper >= 1.0);
    let three = [unit("°C", 0.0, 1.0), unit("%", 0.0, 100.0), unit("V", 0.0, 5.0)];
    assert_eq!(lines(&lanes(&three, 300.0)), [[[0]], [[1]], [[2]]]);
}

#[test]
fn what_has_names_comes_below_the_numbers_each_in_its_lane() {
    let wants = [names(&["Off", "On"]), unit("", 0.0, 9.0), names(&["a", "b", "c"])];
    assert_eq!(lines(&lanes(&wants, 300.0)), [[[1]], [[0]], [[2]]]);
}

#[test]
fn lanes_fill_the_height_and_do_not_touch() {
    let marks = Want { scale: Scale::Marks, min: f64::NAN, max: f64::NAN };
    let wants = [unit("", 0.0, 9.0), names(&["Off", "On"]), marks];
    let scales: Vec<_> = wants.iter().map(|it| it.scale.clone()).collect();
    let high = height(&scales, 160.0);
    let lanes = lanes(&wants, high);
    assert!(lanes.windows(2).all(|it| it[0].top + it[0].height < it[1].top));
    let last = &lanes[2];
    assert!((last.top + last.height - high).abs() < 1e-6);
    assert!(last.height >= 29.0);
}

#[test]
fn every_value_of_a_line_is_within_its_lane() {
    let lanes = lanes(&[unit("", 3.0, 17.0), names(&["Off", "On"])], 240.0);
    for (lane, values) in lanes.iter().zip([[3.0, 17.0], [0.0, 1.0]]) {
        for value in values {
            let y = lane.y(&lane.axes[0], value);
            assert!(y >= lane.top && y <= lane.top + lane.height, "{value} at {y}");
        }
    }
}

#[test]
fn a_long_name_is_cut_beside_the_axis() {
    let lanes = lanes(&[names(&["an endless name", "é"])], 100.0);
    assert_eq!(lanes[0].axes[0].marks[0].label, "an endl…");
    assert_eq!(lanes[0].axes[0].marks[1].label, "é");
}

#[test]
fn a_chart_without_lines_has_no_lanes() {
    assert!(lanes(&[], 100.0).is_empty());
    assert!(height(&[], 200.0) > 50.0);
}
