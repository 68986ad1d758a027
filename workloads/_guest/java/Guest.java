import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Field;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Map;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/**
 * What a Java workload tells the harness: the same events as seebench_guest.py, from the same calls.
 *
 * <p>Its first use marks the interpreter as ready, so call {@link #start} first. Without SEEBENCH_EVENTS_FD nothing is
 * sent.
 */
final class Guest {
  private enum Mark {
    INTERPRETER,
    IMPORTS,
    FIRST_RESULT,
    DONE
  }

  private static final Map<String, String> ENV = System.getenv();
  private static final FileOutputStream EVENTS = events();
  private static final EnumSet<Mark> MARKED = EnumSet.noneOf(Mark.class);
  private static int iteration = 0;

  private Guest() {}

  /** Marks that the virtual machine is up, and tells what the sandbox looks like from inside. */
  static void start() {
    mark(Mark.INTERPRETER);
    Runtime.getRuntime().addShutdownHook(new Thread(() -> mark(Mark.DONE)));
  }

  /** Marks the end of what stands for imports: classes are loaded when they are used. */
  static void importsDone() {
    mark(Mark.IMPORTS);
    try {
      long memory = 1024 * numberIn("MemTotal:\\s+(\\d+)", Files.readString(Path.of("/proc/meminfo")));
      // Not availableProcessors(): that is what the command line says.
      String processors = Files.readString(Path.of("/proc/cpuinfo"));
      long cpus = processors.lines().filter(line -> line.startsWith("processor")).count();
      String kernel = System.getProperty("os.version").replaceAll("[\"\\\\]", "");
      send("{\"e\":\"inside\",\"kernel\":\"" + kernel + "\",\"cpus\":" + cpus + ",\"mem\":" + memory + "}");
    } catch (IOException error) {
      throw new UncheckedIOException(error);
    }
  }

  /** Marks the first computed result; only the first call counts. */
  static void firstResult() {
    mark(Mark.FIRST_RESULT);
  }

  /** A whole number among the params of the manifest's size. */
  static int param(String name) {
    return (int) numberIn("\"" + name + "\":\\s*(\\d+)", ENV.getOrDefault("SEEBENCH_PARAMS", "{}"));
  }

  /**
   * Runs the work as often as params say, sends the time of each iteration, returns the last result. Nothing is warmed
   * up: how the JIT compiler gets hold of the work shows from one iteration to the next.
   */
  static <T> T iterate(Supplier<T> work, long workAmount) {
    T result = null;
    int iterations = param("iterations");
    while (iteration < iterations) {
      result = null;
      long start = System.nanoTime();
      result = work.get();
      long ns = System.nanoTime() - start;
      firstResult();
      send("{\"e\":\"iteration\",\"i\":" + iteration + ",\"ns\":" + ns + ",\"work\":" + workAmount + "}");
      iteration++;
    }
    return result;
  }

  /** Times a part of the work under a name: metric part/NAME_ns. Returns what the part returns. */
  static <T> T part(String name, Supplier<T> work) {
    long start = System.nanoTime();
    T result = work.get();
    long ns = System.nanoTime() - start;
    send("{\"e\":\"part\",\"name\":\"" + name + "\",\"i\":" + iteration + ",\"ns\":" + ns + "}");
    return result;
  }

  /** Sends the digest of the answer, floats rounded to six significant digits; see {@link Digest}. Once. */
  static void digest(Object answer) {
    send("{\"e\":\"digest\",\"value\":\"" + Digest.of(answer, 6) + "\"}");
  }

  private static void mark(Mark mark) {
    Instant now = Instant.now();
    if (!MARKED.add(mark)) return;
    String stamp = "%d%09d".formatted(now.getEpochSecond(), now.getNano());
    send("{\"e\":\"mark\",\"name\":\"" + mark.name().toLowerCase() + "\",\"t\":" + stamp + "}");
  }

  /** One event with one write. */
  private static synchronized void send(String event) {
    if (EVENTS == null) return;
    try {
      EVENTS.write((event + "\n").getBytes(StandardCharsets.UTF_8));
    } catch (IOException error) {
      throw new UncheckedIOException(error);
    }
  }

  /** Java gives no way to a descriptor that it did not open; the jar's manifest opens the class with its number. */
  private static FileOutputStream events() {
    String number = ENV.get("SEEBENCH_EVENTS_FD");
    if (number == null) return null;
    try {
      FileDescriptor descriptor = new FileDescriptor();
      Field fd = FileDescriptor.class.getDeclaredField("fd");
      fd.setAccessible(true);
      fd.setInt(descriptor, Integer.parseInt(number));
      return new FileOutputStream(descriptor);
    } catch (ReflectiveOperationException error) {
      throw new IllegalStateException(error);
    }
  }

  private static long numberIn(String pattern, String text) {
    var found = Pattern.compile(pattern).matcher(text);
    if (!found.find()) throw new IllegalStateException("no " + pattern + " in " + text.strip());
    return Long.parseLong(found.group(1));
  }
}
