//! Rows written many at a time.

use sqlx::query::Query;
use sqlx::sqlite::SqliteArguments;
use sqlx::{AssertSqlSafe, Sqlite, SqliteConnection};

/// Rows in one statement, the most first: any number of rows takes few statements, each of which is prepared once and
/// costs a way to the thread of the database and back.
const CHUNKS: [usize; 9] = [256, 128, 64, 32, 16, 8, 4, 2, 1];

/// A statement that inserts rows, for each number of them.
pub(super) struct Insert([(usize, String); CHUNKS.len()]);

/// A statement with some of its parameters.
pub(super) type Bound<'q> = Query<'q, Sqlite, SqliteArguments>;

impl Insert {
    /// `INSERT INTO` this table, with so many columns; `rest` stands behind the values.
    pub(super) fn new(table: &str, columns: usize, rest: &str) -> Self {
        let row = format!("({})", vec!["?"; columns].join(", "));
        Self(CHUNKS.map(|rows| {
            let rows_of_values = vec![row.as_str(); rows].join(", ");
            (rows, format!("INSERT INTO {table} VALUES {rows_of_values} {rest}"))
        }))
    }

    /// Inserts `rows`; `bind` adds the parameters of one.
    pub(super) async fn run<T>(
        &self,
        tx: &mut SqliteConnection,
        rows: Vec<T>,
        bind: impl for<'q> Fn(Bound<'q>, T) -> Bound<'q>,
    ) -> sqlx::Result<()> {
        let mut rows = rows.into_iter();
        for (chunk, statement) in &self.0 {
            while rows.len() >= *chunk {
                let query = sqlx::query(AssertSqlSafe(statement.as_str()));
                let query = rows.by_ref().take(*chunk).fold(query, &bind);
                query.execute(&mut *tx).await?;
            }
        }
        Ok(())
    }
}
