import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.DoubleStream;

/** Flights: CSV → clean → join → aggregate → CSV, in plain Java: the job of the workload flights, with its answer. */
final class Main {
  private static final String COLUMNS =
      "month dep_time sched_dep_time arr_time arr_delay carrier tailnum origin dest air_time distance time_hour";
  private static final String JOINED =
      "tailnum origin dest name month engines windy late arr_delay dep_minute speed_kmh";
  private static final String ANSWER =
      "name month engines windy flights late delay median_delay speed first_minute seats planes zones altitude "
          + "visibility";

  private record Flight(
      String tailnum,
      String origin,
      String dest,
      String carrier,
      long month,
      long hour,
      double delay,
      double speed,
      long minute,
      boolean late) {}

  private record Joined(
      Flight flight,
      String name,
      long engines,
      boolean windy,
      double seats,
      double altitude,
      String zone,
      double visibility) {}

  private record Key(String name, long month, long engines, boolean windy) {}

  private record Seen(String tailnum, String hour, String scheduled) {}

  private record Reading(String origin, long hour) {}

  private static List<String[]> read(String table, String columns) {
    return Csv.read("/data/flights/" + table + ".csv", columns, Integer.MAX_VALUE);
  }

  private static double number(String text) {
    return text == null ? Double.NaN : Double.parseDouble(text);
  }

  /** Flights that arrived, with the hour as a time, clock readings as minutes, and no repeated plane at one time. */
  private static List<Flight> clean(List<String[]> rows) {
    var seen = new HashSet<Seen>();
    var flights = new ArrayList<Flight>();
    for (String[] row : rows) {
      if (row[1] == null || row[3] == null || row[4] == null || row[6] == null) continue;
      if (!seen.add(new Seen(row[6], row[11], row[2]))) continue;
      long clock = Long.parseLong(row[1]);
      double delay = number(row[4]);
      double speed = number(row[10]) * 1.609344 / (number(row[9]) / 60);
      long hour = Instant.parse(row[11]).getEpochSecond();
      long minute = clock / 100 * 60 + clock % 100;
      flights.add(
          new Flight(row[6], row[7], row[8], row[5], Long.parseLong(row[0]), hour, delay, speed, minute, delay > 15));
    }
    return flights;
  }

  /** Records by a key; the first of several counts. */
  private static <K> Map<K, String[]> index(List<String[]> records, Function<String[], K> keyOf) {
    var found = new HashMap<K, String[]>();
    for (String[] row : records) found.putIfAbsent(keyOf.apply(row), row);
    return found;
  }

  /** With the airline's name, the plane, the airport of destination and the weather of the hour at the origin. */
  private static List<Joined> join(List<Flight> flights) {
    var planes = index(read("planes", "tailnum engines seats"), row -> row[0]);
    var airports = index(read("airports", "faa alt tzone"), row -> row[0]);
    var airlines = index(read("airlines", "carrier name"), row -> row[0]);
    var weather =
        index(
            read("weather", "origin time_hour wind_speed visib"),
            row -> new Reading(row[0], Instant.parse(row[1]).getEpochSecond()));
    var nothing = new String[4];
    var joined = new ArrayList<Joined>();
    for (Flight flight : flights) {
      String[] airline = airlines.get(flight.carrier());
      if (airline == null) continue;
      String[] plane = planes.getOrDefault(flight.tailnum(), nothing);
      String[] airport = airports.getOrDefault(flight.dest(), nothing);
      String[] reading = weather.getOrDefault(new Reading(flight.origin(), flight.hour()), nothing);
      long engines = plane[1] == null ? 0 : Long.parseLong(plane[1]);
      boolean windy = number(reading[2]) > 15;
      double altitude = number(airport[1]);
      joined.add(
          new Joined(
              flight, airline[1], engines, windy, number(plane[2]), altitude, airport[2], number(reading[3])));
    }
    return joined;
  }

  /** How late, how fast and how full, by airline, month, kind of plane and wind: a row for each, in their order. */
  private static List<List<?>> aggregate(List<Joined> joined) {
    var groups = new HashMap<Key, List<Joined>>();
    for (Joined row : joined) {
      var key = new Key(row.name(), row.flight().month(), row.engines(), row.windy());
      groups.computeIfAbsent(key, missing -> new ArrayList<>()).add(row);
    }
    var order =
        Comparator.comparing(Key::name)
            .thenComparingLong(Key::month)
            .thenComparingLong(Key::engines)
            .thenComparing(Key::windy);
    var answer = new ArrayList<List<?>>();
    groups.entrySet().stream()
        .sorted(Map.Entry.comparingByKey(order))
        .forEach(entry -> answer.add(row(entry.getKey(), entry.getValue())));
    return answer;
  }

  private static List<?> row(Key key, List<Joined> rows) {
    double[] delays = rows.stream().mapToDouble(row -> row.flight().delay()).sorted().toArray();
    int middle = delays.length / 2;
    double median = delays.length % 2 == 1 ? delays[middle] : (delays[middle - 1] + delays[middle]) / 2;
    return List.of(
        key.name(),
        key.month(),
        key.engines(),
        key.windy(),
        rows.size(),
        rows.stream().filter(row -> row.flight().late()).count() / (double) rows.size(),
        mean(DoubleStream.of(delays)),
        median,
        mean(rows.stream().mapToDouble(row -> row.flight().speed())),
        rows.stream().mapToLong(row -> row.flight().minute()).min().orElseThrow(),
        rows.stream().mapToDouble(Joined::seats).filter(Main::isThere).sum(),
        rows.stream().map(row -> row.flight().tailnum()).distinct().count(),
        rows.stream().map(Joined::zone).filter(zone -> zone != null).distinct().count(),
        mean(rows.stream().mapToDouble(Joined::altitude)),
        rows.stream().mapToDouble(Joined::visibility).filter(Main::isThere).min().orElse(Double.NaN));
  }

  private static double mean(DoubleStream values) {
    return values.filter(Main::isThere).average().orElse(Double.NaN);
  }

  private static boolean isThere(double value) {
    return !Double.isNaN(value);
  }

  private static Void write(List<Joined> joined, List<List<?>> answer) {
    Csv.write("/out/flights.csv", JOINED, joined.stream().map(Main::fields));
    Csv.write("/out/delays.csv", ANSWER, answer.stream());
    return null;
  }

  private static List<?> fields(Joined row) {
    Flight it = row.flight();
    return List.of(
        it.tailnum(),
        it.origin(),
        it.dest(),
        row.name(),
        it.month(),
        row.engines(),
        row.windy(),
        it.late(),
        it.delay(),
        it.minute(),
        it.speed());
  }

  private static List<List<?>> pipeline() {
    List<String[]> rows =
        Guest.part("read", () -> Csv.read("/data/flights/flights.csv", COLUMNS, Guest.param("rows")));
    List<Flight> cleaned = Guest.part("clean", () -> clean(rows));
    List<Joined> joined = Guest.part("join", () -> join(cleaned));
    List<List<?>> answer = Guest.part("aggregate", () -> aggregate(joined));
    Guest.part("write", () -> write(joined, answer));
    return answer;
  }

  public static void main(String[] args) {
    Guest.start();
    Guest.importsDone();
    List<List<?>> answer = Guest.iterate(Main::pipeline, Guest.param("rows"));
    var columns = new LinkedHashMap<String, List<?>>();
    String[] names = ANSWER.split(" ");
    for (int i = 0; i < names.length; i++) {
      int at = i;
      columns.put(names[i], answer.stream().map(row -> row.get(at)).toList());
    }
    Guest.digest(new Digest.Table(columns));
  }
}
