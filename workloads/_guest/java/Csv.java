import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Reads and writes CSV files, one record a line and nothing quoted, as the tables of flights are. */
final class Csv {
  private Csv() {}

  /** The first records of a file, as the columns that are asked for; what is empty or NA is null. */
  static List<String[]> read(String path, String columns, int limit) {
    try (var lines = Files.newBufferedReader(Path.of(path))) {
      List<String> names = List.of(lines.readLine().split(","));
      int[] places = Stream.of(columns.split(" ")).mapToInt(names::indexOf).toArray();
      var records = new ArrayList<String[]>();
      for (String line = lines.readLine(); line != null && records.size() < limit; line = lines.readLine()) {
        String[] fields = line.split(",", -1);
        var row = new String[places.length];
        for (int i = 0; i < places.length; i++) {
          String field = fields[places[i]];
          row[i] = field.isEmpty() || field.equals("NA") ? null : field;
        }
        records.add(row);
      }
      return records;
    } catch (IOException error) {
      throw new UncheckedIOException(error);
    }
  }

  /** Writes rows of values, the names first. */
  static void write(String path, String names, Stream<List<?>> rows) {
    try (var out = Files.newBufferedWriter(Path.of(path))) {
      out.write(names.replace(' ', ',') + "\n");
      for (List<?> row : (Iterable<List<?>>) rows::iterator) {
        String separator = "";
        for (Object value : row) {
          out.write(separator);
          if (value != null) out.write(value.toString());
          separator = ",";
        }
        out.write("\n");
      }
    } catch (IOException error) {
      throw new UncheckedIOException(error);
    }
  }
}
