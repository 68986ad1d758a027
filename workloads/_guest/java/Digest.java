import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The digest of an answer, by the rules of seebench_digest.py: equal answers of Python, JavaScript and Java have
 * equal digests. Doubles are floats, other numbers are integers, null and NaN are one value; lists are sequences, maps
 * have no order, and a {@link Table} is its columns in their order.
 */
final class Digest {
  /** Columns by name, in the order of the map. */
  record Table(Map<String, List<?>> columns) {}

  private Digest() {}

  /** The digest, as "sha256:" and 64 hexadecimal digits. */
  static String of(Object answer, int digits) {
    try {
      byte[] text = canonical(answer, digits).getBytes(StandardCharsets.UTF_8);
      return "sha256:" + HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(text));
    } catch (NoSuchAlgorithmException error) {
      throw new IllegalStateException(error);
    }
  }

  /** The canonical form that is hashed; of use when two digests differ. */
  static String canonical(Object value, int digits) {
    Function<Object, String> inner = each -> canonical(each, digits);
    if (value == null) return "N";
    if (value instanceof Double number) return real(number, digits);
    if (value instanceof Long || value instanceof Integer) return "i" + value;
    if (value instanceof Boolean truth) return truth ? "b1" : "b0";
    if (value instanceof String text) return "s" + text.codePointCount(0, text.length()) + ":" + text;
    if (value instanceof List<?> list) return list.stream().map(inner).collect(Collectors.joining(",", "[", "]"));
    if (value instanceof Table table)
      return table.columns().entrySet().stream()
          .map(column -> inner.apply(column.getKey()) + "=" + inner.apply(column.getValue()))
          .collect(Collectors.joining(",", "(", ")"));
    if (value instanceof Map<?, ?> map)
      return map.entrySet().stream()
          .map(entry -> inner.apply(entry.getKey()) + "=" + inner.apply(entry.getValue()))
          .sorted()
          .collect(Collectors.joining(",", "{", "}"));
    throw new IllegalArgumentException("a value of " + value.getClass().getName() + " has no canonical form");
  }

  /** In two steps, the first of which takes off the noise of summing in another order. */
  private static String real(double number, int digits) {
    if (Double.isNaN(number)) return "N";
    if (Double.isInfinite(number)) return number > 0 ? "finf" : "f-inf";
    return "f" + significant(Double.parseDouble(significant(number, digits + 5)), digits);
  }

  /** As Python and C write it in scientific notation: exact, half-way to the even digit. Minus zero is zero. */
  private static String significant(double number, int digits) {
    var rounded = new BigDecimal(number).round(new MathContext(digits, RoundingMode.HALF_EVEN));
    String all = rounded.unscaledValue().abs().toString();
    int exponent = rounded.signum() == 0 ? 0 : all.length() - rounded.scale() - 1;
    all += "0".repeat(Math.max(0, digits - all.length()));
    String sign = rounded.signum() < 0 ? "-" : "";
    return "%s%s.%se%+03d".formatted(sign, all.charAt(0), all.substring(1, digits), exponent);
  }
}
