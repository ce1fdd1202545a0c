import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.StringReader;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.LowerCaseFilter;
import org.apache.lucene.analysis.StopFilter;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.Tokenizer;
import org.apache.lucene.analysis.en.EnglishAnalyzer;
import org.apache.lucene.analysis.en.EnglishPossessiveFilter;
import org.apache.lucene.analysis.en.PorterStemFilter;
import org.apache.lucene.analysis.standard.StandardTokenizer;
import org.apache.lucene.analysis.tokenattributes.CharTermAttribute;
import org.apache.lucene.analysis.tokenattributes.OffsetAttribute;
import org.apache.lucene.analysis.tokenattributes.PositionIncrementAttribute;
import org.apache.lucene.analysis.tokenattributes.TypeAttribute;

/**
 * Prints Lucene's analysis of texts. A text is one line of stdin, its UTF-16 units as four hex digits each, which keeps
 * lone surrogates. The first argument selects the output:
 *   standard  a line for each text: [[term, position increment, start, end, type], ...] of the tokenizer alone
 *   english   the same of the English chain
 *   stem      the same of the tokenizer and PorterStemFilter
 *   automaton the classes of all code points and the automaton of the tokenizer, as JSON
 *   lower     Character.toLowerCase of every code point that it changes, as JSON pairs
 */
public class Analysis {
  public static void main(String[] args) throws Exception {
    PrintStream out = new PrintStream(System.out, false, StandardCharsets.US_ASCII);
    switch (args[0]) {
      case "standard", "english", "stem" -> texts(new Chain(args[0]), out);
      case "automaton" -> automaton(out);
      case "lower" -> lower(out);
      default -> throw new IllegalArgumentException(args[0]);
    }
    out.flush();
  }

  static final class Chain extends Analyzer {
    private final String name;

    Chain(String name) {
      this.name = name;
    }

    @Override
    protected TokenStreamComponents createComponents(String field) {
      Tokenizer source = new StandardTokenizer();
      if (name.equals("standard")) return new TokenStreamComponents(source);
      if (name.equals("stem")) return new TokenStreamComponents(source, new PorterStemFilter(source));
      TokenStream last = new EnglishPossessiveFilter(source);
      last = new LowerCaseFilter(last);
      last = new StopFilter(last, EnglishAnalyzer.ENGLISH_STOP_WORDS_SET);
      return new TokenStreamComponents(source, new PorterStemFilter(last));
    }
  }

  private static void texts(Analyzer analyzer, PrintStream out) throws IOException {
    BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
    for (String line; (line = in.readLine()) != null; ) {
      char[] text = new char[line.length() / 4];
      for (int i = 0; i < text.length; i++) text[i] = (char) Integer.parseInt(line, 4 * i, 4 * i + 4, 16);
      out.println(tokens(analyzer, new String(text)));
    }
  }

  private static String tokens(Analyzer analyzer, String text) throws IOException {
    StringBuilder line = new StringBuilder("[");
    try (TokenStream stream = analyzer.tokenStream("", text)) {
      CharTermAttribute term = stream.addAttribute(CharTermAttribute.class);
      OffsetAttribute offset = stream.addAttribute(OffsetAttribute.class);
      PositionIncrementAttribute step = stream.addAttribute(PositionIncrementAttribute.class);
      TypeAttribute type = stream.addAttribute(TypeAttribute.class);
      stream.reset();
      while (stream.incrementToken()) {
        if (line.length() > 1) line.append(',');
        line.append('[');
        quote(line, term);
        line.append(',').append(step.getPositionIncrement()).append(',').append(offset.startOffset());
        line.append(',').append(offset.endOffset()).append(",\"").append(type.type()).append("\"]");
      }
      stream.end();
    }
    return line.append(']').toString();
  }

  private static void quote(StringBuilder line, CharSequence term) {
    line.append('"');
    for (int i = 0; i < term.length(); i++) {
      char c = term.charAt(i);
      if (c >= ' ' && c < 127 && c != '"' && c != '\\') line.append(c);
      else line.append(String.format("\\u%04x", (int) c));
    }
    line.append('"');
  }

  private static void automaton(PrintStream out) throws Exception {
    Class<?> scanner = Class.forName("org.apache.lucene.analysis.standard.StandardTokenizerImpl");
    Method classOf = scanner.getDeclaredMethod("zzCMap", int.class);
    classOf.setAccessible(true);
    StringBuilder runs = new StringBuilder();
    for (int start = 0, end; start <= Character.MAX_CODE_POINT; start = end) {
      int value = (Integer) classOf.invoke(null, start);
      for (end = start + 1; end <= Character.MAX_CODE_POINT; end++) {
        if ((Integer) classOf.invoke(null, end) != value) break;
      }
      runs.append(start == 0 ? "" : ",").append('[').append(end - start).append(',').append(value).append(']');
    }
    out.print("{\"runs\":[" + runs + "]");
    for (String name : new String[] {"ZZ_TRANS", "ZZ_ROWMAP", "ZZ_ACTION"}) {
      Field field = scanner.getDeclaredField(name);
      field.setAccessible(true);
      out.print(",\"" + name + "\":" + Arrays.toString((int[]) field.get(null)));
    }
    out.println("}");
  }

  private static void lower(PrintStream out) {
    StringBuilder pairs = new StringBuilder("[");
    for (int c = 0; c <= Character.MAX_CODE_POINT; c++) {
      if (Character.toLowerCase(c) == c) continue;
      pairs.append(pairs.length() > 1 ? "," : "").append("[" + c + "," + Character.toLowerCase(c) + "]");
    }
    out.println(pairs.append("]"));
  }
}
