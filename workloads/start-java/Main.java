import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/** Start the JVM, read a small CSV file, group by, first row: the latency of a cold function. */
final class Main {
  private static final class Group {
    long planes;
    long seats;
  }

  public static void main(String[] args) {
    Guest.start();
    Guest.importsDone();
    var groups = new TreeMap<String, Group>();
    for (String[] plane : Csv.read("/data/flights/planes.csv", "manufacturer engine seats", Integer.MAX_VALUE)) {
      Group group = groups.computeIfAbsent(plane[0] + ", " + plane[1], key -> new Group());
      group.planes++;
      group.seats += Long.parseLong(plane[2]);
    }
    var rows = new ArrayList<List<?>>();
    groups.forEach((name, group) -> rows.add(List.of(name, (double) group.seats / group.planes, group.planes)));
    List<?> first = rows.get(0);
    Guest.firstResult();
    Guest.digest(List.of(first, rows));
  }
}
